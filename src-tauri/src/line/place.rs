//! Where the program that holds a data directory is reached.
//!
//! On Unix a socket inside of the directory, which only its owner may enter. On Windows a pipe
//! for this computer alone, whose name nobody can guess; the directory tells it.

#[cfg(unix)]
mod system {
    use std::fs::{self, File, Permissions};
    use std::io;
    use std::os::fd::AsRawFd as _;
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::{Path, PathBuf};

    use tokio::net::UnixListener;
    pub(crate) use tokio::net::UnixStream as Stream;

    const NAME: &str = "running.sock";
    /// A socket's whole path has to fit into 104 bytes on some systems.
    const LONGEST: usize = 100;

    /// The socket's path, through the open directory where it would be too long.
    struct Reach {
        path: PathBuf,
        _directory: Option<File>,
    }

    fn reach(data_dir: &Path) -> io::Result<Reach> {
        let path = data_dir.join(NAME);
        if cfg!(not(target_os = "linux")) || path.as_os_str().len() <= LONGEST {
            return Ok(Reach { path, _directory: None });
        }
        let directory = File::open(data_dir)?;
        let path = PathBuf::from(format!("/proc/self/fd/{}/{NAME}", directory.as_raw_fd()));
        Ok(Reach { path, _directory: Some(directory) })
    }

    pub(crate) struct Listener(UnixListener);

    impl Listener {
        pub(crate) fn bind(data_dir: &Path) -> io::Result<Self> {
            // The directory is locked by this process: what is left is an earlier one's.
            remove(data_dir)?;
            let reach = reach(data_dir)?;
            let listener = UnixListener::bind(&reach.path)?;
            fs::set_permissions(&reach.path, Permissions::from_mode(0o600))?;
            Ok(Self(listener))
        }

        pub(crate) async fn accept(&mut self) -> io::Result<Stream> {
            Ok(self.0.accept().await?.0)
        }
    }

    pub(crate) fn remove(data_dir: &Path) -> io::Result<()> {
        match fs::remove_file(data_dir.join(NAME)) {
            Err(fault) if fault.kind() != io::ErrorKind::NotFound => Err(fault),
            _ => Ok(()),
        }
    }

    pub(crate) async fn connect(data_dir: &Path) -> io::Result<Stream> {
        let reach = reach(data_dir)?;
        Stream::connect(&reach.path).await
    }

    /// The process at the other end.
    pub(crate) fn process(stream: &Stream) -> Option<u32> {
        stream.peer_cred().ok()?.pid()?.try_into().ok()
    }
}

#[cfg(windows)]
mod system {
    use std::path::{Path, PathBuf};
    use std::{fs, io, mem};

    use algoagent_core::clock::Sources;
    pub(crate) use tokio::net::windows::named_pipe::NamedPipeClient as Stream;
    use tokio::net::windows::named_pipe::{ClientOptions, NamedPipeServer, ServerOptions};

    fn name_file(data_dir: &Path) -> PathBuf {
        data_dir.join("running.pipe")
    }

    pub(crate) struct Listener {
        name: String,
        next: NamedPipeServer,
    }

    impl Listener {
        pub(crate) fn bind(data_dir: &Path) -> io::Result<Self> {
            let name = format!(r"\\.\pipe\algoagent-{}", Sources::system().uuid().simple());
            let next = ServerOptions::new()
                .first_pipe_instance(true)
                .reject_remote_clients(true)
                .create(&name)?;
            fs::write(name_file(data_dir), &name)?;
            Ok(Self { name, next })
        }

        pub(crate) async fn accept(&mut self) -> io::Result<NamedPipeServer> {
            self.next.connect().await?;
            let next = ServerOptions::new().reject_remote_clients(true).create(&self.name)?;
            Ok(mem::replace(&mut self.next, next))
        }
    }

    pub(crate) fn remove(data_dir: &Path) -> io::Result<()> {
        match fs::remove_file(name_file(data_dir)) {
            Err(fault) if fault.kind() != io::ErrorKind::NotFound => Err(fault),
            _ => Ok(()),
        }
    }

    pub(crate) async fn connect(data_dir: &Path) -> io::Result<Stream> {
        ClientOptions::new().open(fs::read_to_string(name_file(data_dir))?)
    }

    pub(crate) fn process(_: &Stream) -> Option<u32> {
        None
    }
}

pub(super) use system::{Listener, Stream, connect, process, remove};
